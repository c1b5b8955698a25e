namespace Keycloak.ApiProtection.Testing.Mappers;

/// <summary>The destinations that a mapper may write to. Each has its own switch.</summary>
internal enum ClaimDestination
{
    /// <summary>"Add to access token".</summary>
    AccessToken,

    /// <summary>"Add to lightweight access token".</summary>
    LightweightAccessToken,

    /// <summary>"Add to ID token".</summary>
    IdToken,

    /// <summary>"Add to userinfo".</summary>
    UserInfo,

    /// <summary>"Add to token introspection".</summary>
    Introspection,
}
