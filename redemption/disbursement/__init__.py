"""After approval: publicity (公示), payment orders (拨付), returned payments, clawback (追回)."""
