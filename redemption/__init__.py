"""惠企政策兑现“一窗”系统.

A published benefit policy travels one way through the packages below, in this order: policies, catalogue,
matching, applications, dispatch, adapters, decisions, disbursement. `reporting` watches policies and opens
statutory duties; `space`, `desk` and `supervision` read across. Higher packages may import lower ones, never
the other way round; the contracts in `pyproject.toml` hold that.
"""
