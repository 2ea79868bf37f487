"""An exchange database (前置库): rows written to, and answers read from, tables in the department's database.

Any SQLAlchemy address. The department names its tables and columns in the options; columns not named are not
touched. The column of the idempotency key needs a unique constraint: it is what makes a second try harmless.
Complex values (form, materials) are written as JSON text.
"""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, validate, validates_schema
from sqlalchemy import (
    Connection,
    Engine,
    Integer,
    MetaData,
    Numeric,
    Table,
    UniqueConstraint,
    create_engine,
    insert,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, NoSuchTableError

from redemption.dispatch.port import (
    Adapter,
    Alert,
    Capability,
    Context,
    Finding,
    Outcome,
    Polled,
    Retry,
    Shipment,
    Taken,
)
from redemption.dispatch.port.mapping import look_up

OUT_DEFAULT = {
    "key": "parcel_key", "kind": "kind", "referral": "referral", "sequence": "seq",
    "enterprise.uscc": "uscc", "enterprise.name": "enterprise_name", "item.code": "item_code",
    "item.name": "item_name", "payload": "payload",
}  # fmt: skip
IN_DEFAULT = {
    "id": "event_id", "referral": "referral", "sequence": "seq", "type": "type",
    "occurred_at": "occurred_at", "data": "data",
}  # fmt: skip
REQUIRED_IN = ("id", "referral", "type", "occurred_at")
MOST_ROWS = 200
OVERLAP = 100
"""How far back in a numbered table answers may still appear (transactions that commit late)."""
PATIENCE: dict[str, dict[str, Any]] = {
    "psycopg": {"connect_timeout": 10, "options": "-c statement_timeout=30000"},
    "psycopg2": {"connect_timeout": 10, "options": "-c statement_timeout=30000"},
    "pymysql": {"connect_timeout": 10, "read_timeout": 30, "write_timeout": 30},
    "mysqldb": {"connect_timeout": 10, "read_timeout": 30, "write_timeout": 30},
    "oracledb": {"tcp_connect_timeout": 10},
    "pyodbc": {"timeout": 10},
}
"""By driver, in seconds (statement_timeout in ms): a database that hangs must not keep a parcel beyond its lease."""


class ExchangeDbOptions(Schema):
    url = fields.String(
        required=True,
        error_messages={"required": "请填写前置库的连接地址。"},
        metadata={"description": "SQLAlchemy 连接地址，加密保存"},
    )
    out_table = fields.String(load_default="redemption_out", metadata={"description": "写入的表"})
    in_table = fields.String(load_default="redemption_in", metadata={"description": "读取答复的表"})
    in_order = fields.String(load_default="id", metadata={"description": "答复表中递增的编号列"})
    out_columns = fields.Dict(
        keys=fields.String(),
        values=fields.String(validate=validate.Length(min=1)),
        load_default=OUT_DEFAULT,
        metadata={"description": "字段路径 → 列名；data.x 取映射表的结果，payload 为整件 JSON"},
    )
    in_columns = fields.Dict(
        keys=fields.String(validate=validate.OneOf(list(IN_DEFAULT))),
        values=fields.String(validate=validate.Length(min=1)),
        load_default=IN_DEFAULT,
        metadata={"description": "事件字段 → 列名"},
    )
    bank_account = fields.Boolean(load_default=False, metadata={"description": "传输完整收款账号"})

    @validates_schema
    def _whole(self, data: dict[str, Any], **_: Any) -> None:
        try:
            make_url(data.get("url", "")).get_dialect()
        except (ArgumentError, NoSuchModuleError, ValueError, ImportError):
            raise ValidationError(
                "连接地址不可用，例如 postgresql+psycopg://用户:口令@主机/库。", "url"
            ) from None
        if "key" not in data.get("out_columns", {}):
            raise ValidationError("写入列里必须有 key（幂等键）。", "out_columns")
        lacking = [name for name in REQUIRED_IN if name not in data.get("in_columns", {})]
        if lacking:
            raise ValidationError(f"答复列里缺少：{'、'.join(lacking)}。", "in_columns")


class ExchangeDbAdapter(Adapter):
    code = "exchange_db"
    title = "前置库"
    Options = ExchangeDbOptions
    secret_options = ("url",)
    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.POLLED, Capability.WITHDRAWS})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._options = ExchangeDbOptions().load({**context.options, **context.secrets})
        url = make_url(self._options["url"])
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        patience = PATIENCE.get(url.get_driver_name(), {})
        self._engine: Engine = create_engine(
            url,
            pool_size=2,
            pool_pre_ping=True,
            pool_recycle=600,
            hide_parameters=True,
            # what the address itself says comes first
            connect_args={name: value for name, value in patience.items() if name not in url.query},
        )

    def close(self) -> None:
        self._engine.dispose()

    def check(self) -> list[Finding]:
        try:
            with self._engine.connect() as connection:
                out = self._table(connection, self._options["out_table"])
                answers = self._table(connection, self._options["in_table"])
        except NoSuchTableError as error:
            return [Finding("数据表", False, f"前置库中没有表 {error}，请先建表。")]
        except DBAPIError as error:
            return [Finding("连通", False, f"连不上前置库：{_short(error)}")]
        return [
            Finding("连通", True, "前置库可以连接。"),
            self._check_columns("写入表", out, self._options["out_columns"].values()),
            self._check_columns(
                "答复表", answers, [*self._options["in_columns"].values(), self._options["in_order"]]
            ),
            self._check_key(out),
            self._check_order(answers),
        ]

    def _check_columns(self, what: str, table: Table, names: Any) -> Finding:
        lacking = sorted(set(names) - set(table.c.keys()))
        if lacking:
            return Finding(what, False, f"{table.name} 缺少列：{'、'.join(lacking)}。")
        return Finding(what, True, f"{table.name} 的列齐全。")

    def _check_key(self, table: Table) -> Finding:
        name = self._options["out_columns"]["key"]
        column = table.c.get(name)
        alone = [
            *(list(index.columns) for index in table.indexes if index.unique),
            *(list(item.columns) for item in table.constraints if isinstance(item, UniqueConstraint)),
            list(table.primary_key.columns),
        ]
        if column is not None and any([found.name for found in columns] == [name] for columns in alone):
            return Finding("幂等键", True, f"{table.name}.{name} 有唯一约束。")
        return Finding("幂等键", False, f"请为 {table.name}.{name} 建唯一约束，否则重发时可能重复。")

    def _check_order(self, table: Table) -> Finding:
        """Answers are read on from a number: any other kind would lose some that come at the same moment."""
        name = self._options["in_order"]
        column = table.c.get(name)
        if column is not None and isinstance(column.type, (Integer, Numeric)):
            return Finding("编号列", True, f"{table.name}.{name} 是数字。")
        return Finding("编号列", False, f"{table.name}.{name} 应是递增的整数列，请改用这样的列。")

    def _table(self, connection: Connection, name: str) -> Table:
        # read anew each time: the department changes its tables without telling us
        schema, _, plain = name.rpartition(".")
        return Table(plain, MetaData(), schema=schema or None, autoload_with=connection)

    def submit(self, shipment: Shipment) -> Outcome:
        return self._write(shipment)

    def send_correction(self, shipment: Shipment) -> Outcome:
        return self._write(shipment)

    def withdraw(self, shipment: Shipment) -> Outcome:
        return self._write(shipment)

    def _write(self, shipment: Shipment) -> Outcome:
        source = {**shipment.payload, "payload": shipment.payload, "key": shipment.key}
        row = {column: _plain(look_up(path, source)) for path, column in self._options["out_columns"].items()}
        try:
            with self._engine.begin() as connection:
                table = self._table(connection, self._options["out_table"])
                key = table.c[self._options["out_columns"]["key"]]
                if connection.scalar(select(key).where(key == shipment.key)) is None:
                    connection.execute(insert(table).values(row))
        except IntegrityError as error:
            return self._after_refusal(shipment, error)
        except (NoSuchTableError, KeyError) as error:
            return Alert(f"前置库的表或列不存在：{error}")
        except DBAPIError as error:
            return (Retry if error.connection_invalidated else Alert)(f"写入前置库失败：{_short(error)}")
        return Taken("")

    def _after_refusal(self, shipment: Shipment, error: IntegrityError) -> Outcome:
        """The unique key refused: another try was first. Any other constraint is a wrong setting."""
        with self._engine.connect() as connection:
            table = self._table(connection, self._options["out_table"])
            key = table.c[self._options["out_columns"]["key"]]
            if connection.scalar(select(key).where(key == shipment.key)) is not None:
                return Taken("")
        return Alert(f"前置库的约束不接受这一行：{_short(error)}")

    def poll(self, cursor: Mapping[str, Any]) -> Polled:
        columns, order_name = self._options["in_columns"], self._options["in_order"]
        with self._engine.connect() as connection:
            table = self._table(connection, self._options["in_table"])
            order = table.c[order_name]
            after = cursor.get("after")
            query = select(table).order_by(order).limit(MOST_ROWS + OVERLAP)
            if after is not None:
                query = query.where(order > after - OVERLAP)
            # NUMBER columns come as Decimal
            rows = [{**row, order_name: int(row[order_name])} for row in connection.execute(query).mappings()]
        # numbers are given before commits: a smaller one may appear after a bigger one, so that we look back a little
        seen = set(cursor.get("seen", []))
        fresh = [row for row in rows if row[order_name] not in seen]
        if not rows:
            return Polled((), dict(cursor))
        last = rows[-1][order_name]
        kept = [row[order_name] for row in rows[-OVERLAP:]]
        return Polled([_event(row, columns) for row in fresh], {"after": last, "seen": kept})


def _event(row: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    found = {name: row[column] for name, column in columns.items() if row[column] is not None}
    data = found.get("data", {})
    if isinstance(data, str):
        try:
            data = json.loads(data or "{}")
        except ValueError:
            data = {"unreadable": data[:500]}
    moment = found.get("occurred_at")
    if hasattr(moment, "isoformat"):
        found["occurred_at"] = moment.isoformat()  # type: ignore[union-attr]
    return {**found, "id": str(found.get("id", "")), "data": data}


def _plain(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return value


def _short(error: DBAPIError) -> str:
    return str(error.orig).splitlines()[0][:200] if error.orig is not None else type(error).__name__
