"""Which flights out of New York arrive late?"""
