using Microsoft.AspNetCore.Authentication;

namespace Keycloak.ApiProtection;

/// <summary>
/// Reports in <c>AuthenticateResult.Failure</c> that a token could not be checked because Keycloak is unavailable. It is never thrown.
/// </summary>
public sealed class RealmUnavailableException : AuthenticationFailureException
{
    internal RealmUnavailableException(TimeSpan retryAfter)
        : base("The token could not be checked, because Keycloak is unavailable or its response is not usable.") => RetryAfter = retryAfter;

    /// <summary>Gets how long a client should wait before it sends the request again (<c>Retry-After</c>).</summary>
    public TimeSpan RetryAfter { get; }
}
