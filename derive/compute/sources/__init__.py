"""Programs as text: functions of one example or many, loops, and files that run alone."""
