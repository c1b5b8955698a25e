using Microsoft.AspNetCore.Authentication;

namespace Keycloak.ApiProtection;

/// <summary>Nothing could be decided, because Keycloak is out of reach; in the form in which the framework carries it. It is never thrown.</summary>
public sealed class RealmUnavailableException : AuthenticationFailureException
{
    internal RealmUnavailableException(TimeSpan retryAfter)
        : base("Keycloak is out of reach, or does not answer usably: the token cannot be checked now.") => RetryAfter = retryAfter;

    /// <summary>Gets how long a client should wait before it asks again (<c>Retry-After</c>).</summary>
    public TimeSpan RetryAfter { get; }
}
