namespace Keycloak.ApiProtection;

/// <summary>The kind of tokens that a revocation covers, and whether it rejects them.</summary>
public enum RevocationKind
{
    /// <summary>The tokens of one user session (<c>sid</c>).</summary>
    Session,

    /// <summary>The tokens of all sessions of one user (<c>sub</c>).</summary>
    User,

    /// <summary>The tokens that were issued to one client (<c>azp</c>).</summary>
    Client,

    /// <summary>All tokens of the realm.</summary>
    Realm,

    /// <summary>One token (<c>jti</c>).</summary>
    Token,

    /// <summary>The tokens that were issued to one client (<c>azp</c>) in one user session (<c>sid</c>).</summary>
    ClientSession,

    /// <summary>
    /// The tokens of one user (<c>sub</c>), or those of one user that were issued to one client. They are not rejected: each token is
    /// introspected before it is accepted again, because the rights of the user have changed.
    /// </summary>
    RecheckUser,

    /// <summary>
    /// All tokens of the realm. They are not rejected: each token is introspected before it is accepted again, because rights have changed.
    /// </summary>
    RecheckAll,
}
