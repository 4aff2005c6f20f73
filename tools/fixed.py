"""The environment in which committed outputs are made and checked, so that they come out the same anywhere."""

FIXED_ENVIRONMENT = {
    "COURSE_HUB": "classroom",
    "CUDA_VISIBLE_DEVICES": "",
    "PYTHONHASHSEED": "0",
    # Progress bars count time; log lines below an error come in no fixed order.
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "TQDM_DISABLE": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "TOKENIZERS_PARALLELISM": "false",
    # Sums of floats depend on how they are split among threads and on the widest vector instructions in use. One thread
    # a lesson, because the tests run two lessons at a time.
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "MKL_CBWR": "AVX2",
}
