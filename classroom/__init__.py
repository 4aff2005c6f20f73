"""The Hub for rooms without a Hub: the Hugging Face Hub's protocol over a folder of git repositories."""
