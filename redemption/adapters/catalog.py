"""The adapters that come with the system, by code; third-party ones join through the same entry-point group."""

from redemption.adapters.demo import DemoAdapter
from redemption.adapters.exchange_db import ExchangeDbAdapter
from redemption.adapters.file_drop import FileDropAdapter
from redemption.adapters.hosted import HostedAdapter
from redemption.adapters.http import HttpAdapter
from redemption.adapters.pull import PullAdapter
from redemption.dispatch.port import Adapter

BUILT_IN: dict[str, type[Adapter]] = {
    adapter.code: adapter
    for adapter in (HttpAdapter, PullAdapter, ExchangeDbAdapter, FileDropAdapter, HostedAdapter, DemoAdapter)
}
