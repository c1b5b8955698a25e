using Keycloak.ApiProtection.Introspection;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Revocation;
using Keycloak.ApiProtection.Tokens;

namespace Keycloak.ApiProtection.Schemes;

/// <summary>The runtime of one scheme: what is built from its options and lives as long as they do.</summary>
/// <remarks>A scheme trusts one realm today. Several realms, and a journal that replicas share, belong here.</remarks>
internal sealed class KeycloakScheme(
    string name,
    KeycloakBearerOptions options,
    RealmKeys keys,
    AccessTokenVerifier verifier,
    Introspector? introspector,
    KeycloakRevocations revocations) : IDisposable
{
    /// <summary>Gets the scheme's name.</summary>
    public string Name => name;

    /// <summary>Gets the options that it was built from.</summary>
    public KeycloakBearerOptions Options => options;

    /// <summary>Gets the realm's keys.</summary>
    public RealmKeys Keys => keys;

    /// <summary>Gets the verifier of access tokens.</summary>
    public AccessTokenVerifier Verifier => verifier;

    /// <summary>Gets what asks Keycloak about tokens; null where no credentials are set.</summary>
    public Introspector? Introspector => introspector;

    /// <summary>Gets what has been revoked. It outlives the options.</summary>
    public KeycloakRevocations Revocations => revocations;

    /// <inheritdoc />
    public void Dispose()
    {
        introspector?.Dispose();
        keys.Dispose();
    }
}
