"""What a rating looks like from outside; the same for page and API."""

from marshmallow import RAISE, Schema, fields, validate

from redemption.evaluation.rules import COMMENT_LIMIT, REASONS


class RatingSchema(Schema):
    """好差评。"""

    class Meta:
        unknown = RAISE

    stars = fields.Integer(
        required=True,
        validate=validate.Range(1, 5, error="请选择满意程度。"),
        error_messages={"required": "请选择满意程度。", "invalid": "请选择满意程度。"},
        metadata={"description": "5 非常满意、4 满意、3 基本满意、2 不满意、1 非常不满意"},
    )
    reasons = fields.List(
        fields.String(validate=validate.OneOf(list(REASONS), error="请从列出的理由中选择。")),
        load_default=list,
    )
    comment = fields.String(
        load_default="", validate=validate.Length(max=COMMENT_LIMIT, error=f"请不要超过{COMMENT_LIMIT}个字。")
    )


class RatedSchema(RatingSchema):
    """已提交的评价。"""

    rated_at = fields.AwareDateTime(dump_only=True)


class FollowUpSchema(Schema):
    """差评整改的一步。"""

    class Meta:
        unknown = RAISE

    note = fields.String(
        required=True,
        validate=validate.Length(1, 1000, error="请写明情况，不超过1000个字。"),
        error_messages={"required": "请写明情况。"},
    )
    founded = fields.String(validate=validate.OneOf(["yes", "no"], error="请选择是否属实。"))
    satisfied = fields.String(validate=validate.OneOf(["yes", "no", "unreached"], error="请选择回访结果。"))
