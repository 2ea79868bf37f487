"""A material as an enterprise would scan it: a one-page PDF, small and made without fonts of its own."""


def scanned_page(title: str, firm: str) -> bytes:
    """A valid one-page PDF that names what it stands for (in the document information, readable by any viewer)."""
    info = _text(f"{title} - {firm}")
    content = b"0.8 w 72 760 m 523 760 l S 72 740 m 400 740 l S 72 720 m 460 720 l S 380 100 120 90 re S"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Title %s >>" % info,
    ]
    body, offsets = b"%PDF-1.4\n", []
    for number, made in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, made)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    body += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    body += b"trailer\n<< /Size %d /Root 1 0 R /Info 5 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )
    return body


def _text(value: str) -> bytes:
    return b"<FEFF" + value.encode("utf-16-be").hex().upper().encode() + b">"
