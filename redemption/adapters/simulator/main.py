"""Start a simulated department: `serve` runs until it is told to stop."""

import argparse
import logging
import os
import signal
import threading
from collections.abc import Sequence
from pathlib import Path

from werkzeug.serving import make_server

from redemption.adapters.simulator.faults import Faults
from redemption.adapters.simulator.sender import Sender
from redemption.adapters.simulator.server import make_app
from redemption.adapters.simulator.store import Store
from redemption.dispatch.port.signing import SCHEMES, SigningKey, read_secret

SECRET = "REDEMPTION_SIMULATOR_SECRET"  # noqa: S105 - the name of a variable
FAULT_WORDS = {
    "delay": "每次答复前等待的秒数",
    "errors": "答复 500 的比例（0 至 1）",
    "lost": "存盘后断线、答复丢失的比例",
    "later": "答复 202 的比例",
    "duplicates": "事件重复发送的比例",
    "disorder": "大于 0 时事件乱序发送",
    "skew": "部门时钟快多少秒",
    "slow": "两秒后才答复的比例",
    "corrections": "自动办理时先要求补正的比例",
}
"""Options of the command line: fields of `Faults` and what they do."""
DESCRIPTION = (
    "启动一个模拟部门，直到 Ctrl-C。收到的案件列在它的首页，可以在那里点击受理、补正、决定、拨付；"
    f"签名密钥由环境变量 {SECRET} 提供。各种故障由参数制造，比例都是 0 至 1。"
)


def serve(
    port: int,
    department: str,
    callback: str,
    secret: str,
    folder: Path,
    faults: Faults | None = None,
    *,
    scheme: str = "v1",
    auto: bool = False,
) -> None:
    """Run a department on 127.0.0.1 until SIGTERM or SIGINT.

    Args:
        callback: base address of the window's system, e.g. http://127.0.0.1:8600.
        secret: the signing secret shared with it (`whsec_…`); folder: where the department keeps its cases.
        auto: accept and approve every case at once, for measurements.
    """
    keys = (SigningKey("simulator", scheme, secret),)
    store = Store(folder)
    wrong = faults or Faults()
    events = f"{callback.rstrip('/')}/api/v1/departments/{department}/events"
    server = make_server("127.0.0.1", port, make_app(department, keys, store, wrong, auto), threaded=True)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    sender = Sender(store, keys, events, wrong)
    sender.start()

    def stop(*_: object) -> None:
        threading.Thread(target=server.shutdown).start()

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
    print(f"部门 {department} 的模拟系统：http://127.0.0.1:{server.server_port}/", flush=True)
    try:
        server.serve_forever(poll_interval=0.1)
    finally:
        sender.stop()
        server.server_close()


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line; the secret comes from the environment, never from the arguments."""
    parser = argparse.ArgumentParser(prog="redemption department simulate", description=DESCRIPTION)
    parser.add_argument("--port", type=int, default=8700, help="监听 127.0.0.1 的哪个端口，默认 8700")
    parser.add_argument("--department", required=True, help="部门编码")
    parser.add_argument(
        "--callback", default="http://127.0.0.1:8600", help="一窗系统的地址，默认 http://127.0.0.1:8600"
    )
    parser.add_argument("--folder", type=Path, default=Path("var/departments"), help="案件存在哪个文件夹")
    parser.add_argument("--scheme", choices=SCHEMES, default="v1", help="签名算法，须与密钥一致")
    parser.add_argument("--auto", action="store_true", help="自动受理并同意每一件")
    for name, word in FAULT_WORDS.items():
        parser.add_argument(f"--{name}", type=float, default=0.0, help=word)
    given = parser.parse_args(arguments)
    secret = os.environ.get(SECRET, "")
    if not secret:
        parser.error(f"请用环境变量 {SECRET} 提供签名密钥（whsec_…）")
    try:
        read_secret(secret)
    except ValueError:
        parser.error(f"{SECRET} 应为 whsec_ 加 24 到 64 字节的 Base64，请核对是否复制完整")
    faults = Faults(**{name: getattr(given, name) for name in FAULT_WORDS})
    serve(
        given.port,
        given.department,
        given.callback,
        secret,
        given.folder / given.department,
        faults,
        scheme=given.scheme,
        auto=given.auto,
    )
