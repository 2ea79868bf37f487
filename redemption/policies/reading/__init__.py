"""From a file of any kind to one plain text and its blocks with offsets (html docx pdf xlsx txt). Pure."""
