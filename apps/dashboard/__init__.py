"""Screens and the read models behind them: live board, sign-in. No business rules."""
