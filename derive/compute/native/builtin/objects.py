"""How machine code reads what a call gives, and makes what it gives back.

Lists of floats and ints and NumPy's arrays of doubles are read, nothing else, and none of that
runs code of a user's, who could change a list meanwhile. See ``layouts`` for where things lie.
"""

from __future__ import annotations

from derive.compute.domain import Domain
from derive.compute.native.values import hexadecimal

# What an array must be: in one piece, row after row (1), at addresses of doubles (256).
_PLAIN = 0x0001 | 0x0100

DECLARED = """
@PyList_Type = external global i8
@PyFloat_Type = external global i8
@PyLong_Type = external global i8
@_Py_NoneStruct = external global i8
declare ptr @PyList_New(i64)
declare double @PyLong_AsDouble(ptr)
declare ptr @PyFloat_FromDouble(double)
declare ptr @PyTuple_New(i64)
declare i32 @PyTuple_SetItem(ptr, i64, ptr)
declare ptr @PyErr_Occurred()
declare void @PyErr_Clear()
declare ptr @PyErr_NoMemory()
declare ptr @PyMem_RawMalloc(i64)
declare void @PyMem_RawFree(ptr)
declare ptr @PyEval_SaveThread()
declare void @PyEval_RestoreThread(ptr)
declare ptr @PyObject_CallOneArg(ptr, ptr)
declare ptr @PyObject_Vectorcall(ptr, ptr, i64, ptr)
declare void @Py_DecRef(ptr)
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
"""

# @numbers: whether a list holds so many numbers, which are then in ``into``.
# @array: where the doubles of an array are; null where it is none, or not as wide as wanted.
#   ``rows`` becomes 0 for one dimension, for two dimensions how many rows there are.
# @rows: the same of lists as well: of numbers, or of up to ``most`` lists of them.
READING = f"""
@ndarray = global ptr null
@doubles = global ptr null

define internal i1 @numbers(ptr %list, i64 %count, ptr %into) {{
entry:
  %its_type_at = getelementptr i8, ptr %list, i64 8
  %its_type = load ptr, ptr %its_type_at
  %is_list = icmp eq ptr %its_type, @PyList_Type
  br i1 %is_list, label %sized, label %other
sized:
  %size_at = getelementptr i8, ptr %list, i64 16
  %size = load i64, ptr %size_at
  %fits = icmp eq i64 %size, %count
  br i1 %fits, label %counted, label %other
counted:
  %none = icmp eq i64 %count, 0
  br i1 %none, label %done, label %items
items:
  %items_at = getelementptr i8, ptr %list, i64 24
  %objects = load ptr, ptr %items_at
  br label %item
item:
  %k = phi i64 [0, %items], [%next, %kept]
  %object_at = getelementptr ptr, ptr %objects, i64 %k
  %object = load ptr, ptr %object_at
  %type_at = getelementptr i8, ptr %object, i64 8
  %type = load ptr, ptr %type_at
  %is_float = icmp eq ptr %type, @PyFloat_Type
  br i1 %is_float, label %float, label %maybe_int
float:
  %number_at = getelementptr i8, ptr %object, i64 16
  %number = load double, ptr %number_at
  br label %kept
maybe_int:
  %is_int = icmp eq ptr %type, @PyLong_Type
  br i1 %is_int, label %int, label %other
int:
  %whole = call double @PyLong_AsDouble(ptr %object)
  %suspect = fcmp oeq double %whole, -1.0
  br i1 %suspect, label %asked, label %kept
asked:
  %error = call ptr @PyErr_Occurred()
  %fine = icmp eq ptr %error, null
  br i1 %fine, label %kept, label %too_large
kept:
  %value = phi double [%number, %float], [%whole, %int], [%whole, %asked]
  %at = getelementptr double, ptr %into, i64 %k
  store double %value, ptr %at
  %next = add i64 %k, 1
  %more = icmp slt i64 %next, %count
  br i1 %more, label %item, label %done
done:
  ret i1 true
too_large:
  call void @PyErr_Clear()
  br label %other
other:
  ret i1 false
}}

define internal ptr @array(ptr %object, i64 %width, ptr %rows) {{
entry:
  %type_at = getelementptr i8, ptr %object, i64 8
  %type = load ptr, ptr %type_at
  %wanted = load ptr, ptr @ndarray
  %is_array = icmp eq ptr %type, %wanted
  br i1 %is_array, label %typed, label %other
typed:
  %of_at = getelementptr i8, ptr %object, i64 56
  %of = load ptr, ptr %of_at
  %doubles = load ptr, ptr @doubles
  %is_of_doubles = icmp eq ptr %of, %doubles
  br i1 %is_of_doubles, label %flagged, label %other
flagged:
  %flags_at = getelementptr i8, ptr %object, i64 64
  %flags = load i32, ptr %flags_at
  %those = and i32 %flags, {_PLAIN}
  %plain = icmp eq i32 %those, {_PLAIN}
  br i1 %plain, label %shaped, label %other
shaped:
  %dimensions_at = getelementptr i8, ptr %object, i64 24
  %dimensions = load i32, ptr %dimensions_at
  %sizes_at = getelementptr i8, ptr %object, i64 32
  %sizes = load ptr, ptr %sizes_at
  switch i32 %dimensions, label %other [i32 1, label %one
                                        i32 2, label %two]
one:
  %size = load i64, ptr %sizes
  br label %measured
two:
  %count = load i64, ptr %sizes
  %columns_at = getelementptr i64, ptr %sizes, i64 1
  %columns = load i64, ptr %columns_at
  %some = icmp sgt i64 %count, 0
  br i1 %some, label %measured, label %other
measured:
  %across = phi i64 [%size, %one], [%columns, %two]
  %down = phi i64 [0, %one], [%count, %two]
  %fits = icmp eq i64 %across, %width
  br i1 %fits, label %right, label %other
right:
  store i64 %down, ptr %rows
  %data_at = getelementptr i8, ptr %object, i64 16
  %data = load ptr, ptr %data_at
  ret ptr %data
other:
  ret ptr null
}}

define internal ptr @rows(ptr %object, i64 %width, ptr %into, i64 %most, ptr %rows) {{
entry:
  %type_at = getelementptr i8, ptr %object, i64 8
  %type = load ptr, ptr %type_at
  %is_list = icmp eq ptr %type, @PyList_Type
  br i1 %is_list, label %list, label %no_list
no_list:
  %array = call ptr @array(ptr %object, i64 %width, ptr %rows)
  ret ptr %array
list:
  %size_at = getelementptr i8, ptr %object, i64 16
  %size = load i64, ptr %size_at
  %some = icmp sgt i64 %size, 0
  br i1 %some, label %first, label %other
first:
  %items_at = getelementptr i8, ptr %object, i64 24
  %objects = load ptr, ptr %items_at
  %first_object = load ptr, ptr %objects
  %first_type_at = getelementptr i8, ptr %first_object, i64 8
  %first_type = load ptr, ptr %first_type_at
  %is_table = icmp eq ptr %first_type, @PyList_Type
  br i1 %is_table, label %table, label %flat
flat:
  %is_read = call i1 @numbers(ptr %object, i64 %width, ptr %into)
  br i1 %is_read, label %single, label %other
single:
  store i64 0, ptr %rows
  ret ptr %into
table:
  %few = icmp sle i64 %size, %most
  br i1 %few, label %row, label %other
row:
  %k = phi i64 [0, %table], [%next, %kept]
  %row_at = getelementptr ptr, ptr %objects, i64 %k
  %list_of_row = load ptr, ptr %row_at
  %place = mul i64 %k, %width
  %into_row = getelementptr double, ptr %into, i64 %place
  %is_row = call i1 @numbers(ptr %list_of_row, i64 %width, ptr %into_row)
  br i1 %is_row, label %kept, label %other
kept:
  %next = add i64 %k, 1
  %more = icmp slt i64 %next, %size
  br i1 %more, label %row, label %whole
whole:
  store i64 %size, ptr %rows
  ret ptr %into
other:
  ret ptr null
}}
"""

# @answer: (loss, gradient), a tuple; null where there is no memory for it.
#   The gradient is an array, which NumPy makes, or a list.
MAKING = """
@empty = global ptr null
@size = global ptr null

define internal ptr @list_of(ptr %from, i64 %count) {
entry:
  %list = call ptr @PyList_New(i64 %count)
  %no_list = icmp eq ptr %list, null
  br i1 %no_list, label %failed, label %counted
counted:
  %none = icmp eq i64 %count, 0
  br i1 %none, label %done, label %items
items:
  %items_at = getelementptr i8, ptr %list, i64 24
  %objects = load ptr, ptr %items_at
  br label %item
item:
  %k = phi i64 [0, %items], [%next, %set]
  %at = getelementptr double, ptr %from, i64 %k
  %value = load double, ptr %at
  %number = call ptr @PyFloat_FromDouble(double %value)
  %no_number = icmp eq ptr %number, null
  br i1 %no_number, label %dropped, label %set
set:
  %object_at = getelementptr ptr, ptr %objects, i64 %k
  store ptr %number, ptr %object_at
  %next = add i64 %k, 1
  %more = icmp slt i64 %next, %count
  br i1 %more, label %item, label %done
done:
  ret ptr %list
dropped:
  call void @Py_DecRef(ptr %list)
  br label %failed
failed:
  ret ptr null
}

define internal ptr @array_of(ptr %from, i64 %count) {
entry:
  %empty = load ptr, ptr @empty
  %size = load ptr, ptr @size
  %array = call ptr @PyObject_CallOneArg(ptr %empty, ptr %size)
  %no_array = icmp eq ptr %array, null
  br i1 %no_array, label %failed, label %filled
filled:
  %data_at = getelementptr i8, ptr %array, i64 16
  %data = load ptr, ptr %data_at
  %bytes = mul i64 %count, 8
  call void @llvm.memcpy.p0.p0.i64(ptr %data, ptr %from, i64 %bytes, i1 false)
  ret ptr %array
failed:
  ret ptr null
}

define internal ptr @answer(i1 %as_array, double %loss, ptr %from, i64 %count) {
entry:
  br i1 %as_array, label %array, label %list
array:
  %made_array = call ptr @array_of(ptr %from, i64 %count)
  br label %gradient
list:
  %made_list = call ptr @list_of(ptr %from, i64 %count)
  br label %gradient
gradient:
  %second = phi ptr [%made_array, %array], [%made_list, %list]
  %no_second = icmp eq ptr %second, null
  br i1 %no_second, label %failed, label %pair
pair:
  %first = call ptr @PyFloat_FromDouble(double %loss)
  %no_first = icmp eq ptr %first, null
  br i1 %no_first, label %drop_second, label %tuple
tuple:
  %both = call ptr @PyTuple_New(i64 2)
  %no_both = icmp eq ptr %both, null
  br i1 %no_both, label %drop_first, label %filled
filled:
  %ok1 = call i32 @PyTuple_SetItem(ptr %both, i64 0, ptr %first)
  %ok2 = call i32 @PyTuple_SetItem(ptr %both, i64 1, ptr %second)
  ret ptr %both
drop_first:
  call void @Py_DecRef(ptr %first)
  br label %drop_second
drop_second:
  call void @Py_DecRef(ptr %second)
  br label %failed
failed:
  ret ptr null
}
"""


def refusing(domain: Domain | None) -> list[str]:
    """@refused: whether the loss cannot take one of so many targets; NaN is between any bounds."""
    if domain is None:
        return ["define internal i1 @refused(ptr %targets, i64 %count) { ret i1 false }"]
    test, wrong = _leaving_out(domain)
    return [
        "define internal i1 @refused(ptr %targets, i64 %count) {",
        "entry:",
        "  br label %target",
        "target:",
        "  %k = phi i64 [0, %entry], [%next, %fine]",
        "  %at = getelementptr double, ptr %targets, i64 %k",
        "  %t = load double, ptr %at",
        *test,
        f"  br i1 {wrong}, label %other, label %fine",
        "fine:",
        "  %next = add i64 %k, 1",
        "  %more = icmp slt i64 %next, %count",
        "  br i1 %more, label %target, label %done",
        "done:",
        "  ret i1 false",
        "other:",
        "  ret i1 true",
        "}",
    ]


def _leaving_out(domain: Domain) -> tuple[list[str], str]:
    """The instructions that tell whether %t is outside a domain, and the name of what they tell."""
    if not domain.only:
        return [
            f"  %low = fcmp olt double %t, {hexadecimal(domain.low)}",
            f"  %high = fcmp ogt double %t, {hexadecimal(domain.high)}",
            "  %beyond = or i1 %low, %high",
        ], "%beyond"
    lines = [f"  %is_not_0 = fcmp une double %t, {hexadecimal(domain.only[0])}"]
    wrong = "%is_not_0"
    for n, value in enumerate(domain.only[1:], start=1):
        lines += [
            f"  %is_not_{n} = fcmp une double %t, {hexadecimal(value)}",
            f"  %none_of_{n} = and i1 {wrong}, %is_not_{n}",
        ]
        wrong = f"%none_of_{n}"
    return lines, wrong
