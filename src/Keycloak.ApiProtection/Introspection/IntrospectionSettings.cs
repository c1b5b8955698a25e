using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Tokens.Rules;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>The validated options of introspection. Immutable.</summary>
internal sealed record IntrospectionSettings
{
    /// <summary>The realm: the scheme's name, the HTTP client, and whether HTTPS is required.</summary>
    public required RealmSettings Realm { get; init; }

    /// <summary>Which tokens are introspected.</summary>
    public required IntrospectionMode Mode { get; init; }

    /// <summary>The client id with which this API authenticates to Keycloak.</summary>
    public required string ClientId { get; init; }

    /// <summary>The accepted issuers of tokens.</summary>
    public required IReadOnlyList<string> TokenIssuers { get; init; }

    /// <summary>The audiences, one of which a response must contain; null if the audience is not checked.</summary>
    public required IReadOnlyList<string>? Audiences { get; init; }

    /// <summary>How claims are mapped to a principal.</summary>
    public required KeycloakClaimsOptions Claims { get; init; }

    /// <summary>How the names in a response are hashed for the revocation log.</summary>
    public NameHash Names { get; init; } = NameHash.Local;

    /// <summary>The maximum age of an "active" response. 30 seconds by default.</summary>
    public TimeSpan Freshness { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How much longer the response is used while Keycloak is unavailable. Zero by default.</summary>
    public TimeSpan StaleIfError { get; init; }

    /// <summary>The timeout of an introspection request, including the wait for a free slot. 5 seconds by default.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The accepted difference between the clocks of Keycloak and of this machine. 30 seconds by default.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The maximum number of concurrent introspection requests. 64 by default.</summary>
    public int MaximumInFlight { get; init; } = 64;

    /// <summary>The maximum number of cached tokens. 50,000 by default.</summary>
    public int MaximumTokens { get; init; } = 50_000;

    /// <summary>Whether roles and scopes of the response replace those of the token. True by default.</summary>
    public bool RefreshRoles { get; init; } = true;

    /// <summary>Creates the rule for <see cref="Audiences"/>; null if the audience is not checked.</summary>
    public AudienceRule? AudienceRule() => Audiences is { } audiences ? new AudienceRule(audiences) : null;
}
