"""Who may see or do what; pure, asked by everyone, decided nowhere else."""
