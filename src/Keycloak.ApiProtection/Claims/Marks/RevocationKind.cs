namespace Keycloak.ApiProtection;

/// <summary>The kind of tokens that a revocation covers.</summary>
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
}
