#!/bin/bash
# sbatch examples/launch/slurm.sh RECIPE [options of train]
# One process for each GPU of two machines with eight.
#SBATCH --job-name=meander
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=8
#SBATCH --gpus-per-node=8
#SBATCH --cpus-per-task=8
#SBATCH --requeue
#SBATCH --open-mode=append
set -eu
cd "$SLURM_SUBMIT_DIR"
export MEANDER_BUILD_OPTS=-Pgpu
./meander --version # builds, once, before there are many
exec srun --kill-on-bad-exit=1 ./meander train "$@" --continue --set "threads=$SLURM_CPUS_PER_TASK"
