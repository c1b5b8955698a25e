using Microsoft.AspNetCore.Authentication;

namespace Keycloak.ApiProtection;

/// <summary>A refusal in the form in which the framework carries it (<c>AuthenticateResult.Failure</c>). It is never thrown.</summary>
public sealed class TokenRejectedException : AuthenticationFailureException
{
    internal TokenRejectedException(TokenRejection rejection)
        : base($"{rejection.Reason} {rejection.Remedy}") => Rejection = rejection;

    /// <summary>Gets why the token was refused.</summary>
    public TokenRejection Rejection { get; }
}
