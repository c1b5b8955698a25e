using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.Testing.Tokens;

/// <summary>The settings of a token builder.</summary>
internal sealed record TokenPlan(string User)
{
    public string? Client { get; init; }

    public TokenKind Kind { get; init; }

    public ImmutableList<string> Scopes { get; init; } = [];

    public ImmutableHashSet<string> WithoutScopes { get; init; } = [];

    public string? SessionId { get; init; }

    /// <summary>The level and the time of the login.</summary>
    public (string Level, DateTimeOffset At)? Login { get; init; }

    public bool? Lightweight { get; init; }

    public JsonObject? Confirmation { get; init; }

    public DateTimeOffset? IssuedAt { get; init; }

    public TimeSpan? Lifetime { get; init; }

    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Changes to claims, in the order of the calls.</summary>
    public ImmutableList<Action<JsonObject>> ClaimEdits { get; init; } = [];

    /// <summary>Members set in the header; a null value removes one.</summary>
    public ImmutableList<KeyValuePair<string, JsonNode?>> HeaderEdits { get; init; } = [];

    public string? RawHeader { get; init; }

    public string? RawPayload { get; init; }

    public string? Algorithm { get; init; }

    public Signer Signer { get; init; }

    public bool Tampered { get; init; }
}
