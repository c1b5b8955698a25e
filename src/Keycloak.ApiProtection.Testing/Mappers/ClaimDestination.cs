namespace Keycloak.ApiProtection.Testing.Mappers;

/// <summary>Where a mapper may write: each of its switches is one of these.</summary>
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
