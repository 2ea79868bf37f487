"""A whole catalogue in and out, as .xlsx or JSON, for departments that keep their own. Pure.

`columns` says what a row holds and how a cell is read; `sheet` reads and writes workbooks; `plan` compares a row with
what stands here, three ways: what was imported last, what stands here now, what comes now. What a person changed
here is never overwritten in silence: it becomes a conflict that a person decides.
"""
