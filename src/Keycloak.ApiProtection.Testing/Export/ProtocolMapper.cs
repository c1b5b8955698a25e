namespace Keycloak.ApiProtection.Testing.Export;

/// <summary>A protocol mapper of a client or client scope, which adds claims to tokens.</summary>
internal sealed record ProtocolMapper(string Name, string Type, IReadOnlyDictionary<string, string> Settings)
{
    public string? this[string key] => Settings.GetValueOrDefault(key);

    public bool InAccessToken => IsTrue("access.token.claim");

    public bool InLightweightAccessToken => IsTrue("lightweight.claim");

    public bool InIdToken => IsTrue("id.token.claim");

    /// <summary>Older mappers without this switch use the switch for the access token.</summary>
    public bool InIntrospection => Settings.ContainsKey("introspection.token.claim") ? IsTrue("introspection.token.claim") : InAccessToken;

    /// <summary>Older mappers without this switch use the switch for the ID token.</summary>
    public bool InUserInfo => Settings.ContainsKey("userinfo.token.claim") ? IsTrue("userinfo.token.claim") : InIdToken;

    public bool IsTrue(string key) => string.Equals(this[key], "true", StringComparison.OrdinalIgnoreCase);
}
