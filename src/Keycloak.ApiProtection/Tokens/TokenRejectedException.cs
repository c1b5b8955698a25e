using Microsoft.AspNetCore.Authentication;

namespace Keycloak.ApiProtection;

/// <summary>Carries the rejection of a token in <c>AuthenticateResult.Failure</c>. It is never thrown.</summary>
public sealed class TokenRejectedException : AuthenticationFailureException
{
    internal TokenRejectedException(TokenRejection rejection)
        : base($"{rejection.Reason} {rejection.Remedy}") => Rejection = rejection;

    /// <summary>Gets the reason why the token was rejected.</summary>
    public TokenRejection Rejection { get; }
}
