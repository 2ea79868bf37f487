"""Tests: real PostgreSQL and Valkey, each test rolled back."""
