"""The benefit items (惠企政策事项): extracted from a policy, reviewed, versioned, published, searched."""
