"""From checked steps to a narrated document whose maths is still expressions."""
