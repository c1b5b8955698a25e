namespace Keycloak.ApiProtection.Claims.Payload;

/// <summary>Why a token's <c>cnf</c> cannot be used.</summary>
internal enum ConfirmationProblem
{
    /// <summary>There is no problem.</summary>
    None,

    /// <summary>It has no member, or a member whose proof cannot be checked.</summary>
    UnknownMethod,

    /// <summary>A thumbprint is not the base64url text of a SHA-256.</summary>
    Malformed,
}
