package dev.fusedvae.io;

/// A training was not begun, since its folder holds what it would destroy, or belongs to a training that runs.
public final class OccupiedFolder extends IoFailure {
    private static final long serialVersionUID = 1L;

    /// What is there.
    public enum Holds {
        /// A training that runs now.
        RUNNING,
        /// A training that did not end, with the checkpoint from which it can go on.
        UNFINISHED,
        /// The model of another run.
        MODEL
    }

    private final Holds holds;

    /// @param sentence the whole message
    public OccupiedFolder(Holds holds, String sentence) {
        super(sentence);
        this.holds = holds;
    }

    public Holds holds() {
        return holds;
    }
}
