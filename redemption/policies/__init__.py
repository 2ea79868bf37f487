"""The policy document (惠企政策文件): read, published, amended, repealed."""
