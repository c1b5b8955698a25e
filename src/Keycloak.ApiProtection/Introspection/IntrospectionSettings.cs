using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Tokens.Rules;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>What introspection needs to know of the options. Immutable; the options' validation has seen every value.</summary>
internal sealed record IntrospectionSettings
{
    /// <summary>The realm: scheme name, HTTP client, where HTTPS is required.</summary>
    public required RealmSettings Realm { get; init; }

    /// <summary>Whose tokens are asked about.</summary>
    public required IntrospectionMode Mode { get; init; }

    /// <summary>The client as which this API asks.</summary>
    public required string ClientId { get; init; }

    /// <summary>The issuers that tokens may name.</summary>
    public required IReadOnlyList<string> TokenIssuers { get; init; }

    /// <summary>The audiences, one of which an answer must name; null when the owner does not want them checked.</summary>
    public required IReadOnlyList<string>? Audiences { get; init; }

    /// <summary>How claims become a principal.</summary>
    public required KeycloakClaimsOptions Claims { get; init; }

    /// <summary>How old an "active" may be. 30 seconds by default.</summary>
    public TimeSpan Freshness { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How much longer it counts while Keycloak cannot answer. Zero by default.</summary>
    public TimeSpan AllowStaleFor { get; init; }

    /// <summary>How long a question may take, waiting for its turn included. 5 seconds by default.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How far the two clocks may differ. 30 seconds by default.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most questions on their way at once. 64 by default.</summary>
    public int MaximumInFlight { get; init; } = 64;

    /// <summary>The most tokens that are remembered. 50,000 by default.</summary>
    public int MaximumTokens { get; init; } = 50_000;

    /// <summary>Whether roles and scopes of the answer replace the token's. True by default.</summary>
    public bool CurrentRoles { get; init; } = true;

    /// <summary>The rule for <see cref="Audiences"/>; null where there is none.</summary>
    public AudienceRule? AudienceRule() => Audiences is { } audiences ? new AudienceRule(audiences) : null;
}
