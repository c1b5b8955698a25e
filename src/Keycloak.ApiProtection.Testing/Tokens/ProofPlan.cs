using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.Testing.Tokens;

/// <summary>The settings of a proof builder.</summary>
internal sealed record ProofPlan(string Method, string Url)
{
    public string? AccessToken { get; init; }

    public string? Nonce { get; init; }

    public string? Id { get; init; }

    public DateTimeOffset? IssuedAt { get; init; }

    /// <summary>The key in the header if it is not the key that signs.</summary>
    public DpopKey? KeyInHeader { get; init; }

    public bool IncludesPrivateKey { get; init; }

    /// <summary>Members set in the header; a null value removes one.</summary>
    public ImmutableList<KeyValuePair<string, JsonNode?>> HeaderEdits { get; init; } = [];

    /// <summary>Changes to claims, in the order of the calls.</summary>
    public ImmutableList<Action<JsonObject>> ClaimEdits { get; init; } = [];

    public string? RawHeader { get; init; }

    public string? RawPayload { get; init; }

    public ProofSigner Signer { get; init; }

    public bool Tampered { get; init; }

    public int? Length { get; init; }
}
