"""What is said in texts, as a share that is right on average, in English and Romanian."""
