package dev.fusedvae.backend.cpu;

/// What a team runs: rounds one after the other, each cut into pieces that do not depend on each other.
///
/// Rounds are opened one at a time and each piece of a round is run once, by any member. What [#next()] or a piece writes is
/// seen by all that runs in later rounds, so a job needs no synchronization of its own.
interface Job {
    /// What [#next()] returns at the end.
    int[] OVER = {};

    /// Opens the next round, all pieces of the one before being done: member m's own are those from `bounds[m]` to
    /// `bounds[m + 1]`, numbered from 0; others take them when they have none of their own left.
    int[] next();

    /// Runs one piece; `member` tells whose scratch memory may be used.
    void run(int member, int piece);
}
