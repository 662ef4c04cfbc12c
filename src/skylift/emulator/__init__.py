"""SageMaker's part on this machine: takes a CreateTrainingJob request, runs it, describes it."""
