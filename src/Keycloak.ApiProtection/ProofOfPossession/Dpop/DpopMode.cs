namespace Keycloak.ApiProtection;

/// <summary>Which access tokens need a DPoP proof (RFC 9449).</summary>
public enum DpopMode
{
    /// <summary>
    /// Tokens that are bound to a key (<c>cnf.jkt</c>) need a proof. Tokens that are not bound are accepted as bearer tokens.
    /// </summary>
    WhenBound,

    /// <summary>All tokens: a token that is not bound to a key is rejected.</summary>
    Required,

    /// <summary>None: a token that is bound to a key is rejected, because its proof is not checked.</summary>
    Refused,
}
