"""What is kept: tables, repositories, migrations and the journal of durable jobs."""
