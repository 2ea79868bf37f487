"""From blocks to draft items, in pure steps that can be read one by one."""
