package dev.fusedvae.data;

/// A data set of the [Catalogue] whose files are absent or are not the published ones.
public final class CatalogueException extends DataException {
    private static final long serialVersionUID = 1L;

    private final String dataSet;

    CatalogueException(String dataSet, String message) {
        super(message);
        this.dataSet = dataSet;
    }

    /// The name in the catalogue.
    public String dataSet() {
        return dataSet;
    }
}
