"""What everybody may read: the 兑现专栏, the policy library, guides and feeds (articles 11–12, 19, 24, 26)."""
