"""Numbered, sealed, verifiable documents: data, template version and digest; the PDF is rendered when asked for."""
