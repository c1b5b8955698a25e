using Keycloak.ApiProtection.Introspection;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Revocation;
using Keycloak.ApiProtection.Tokens;

namespace Keycloak.ApiProtection.Schemes;

/// <summary>The runtime of one scheme: what is built from its options and lives as long as they do.</summary>
/// <remarks>A scheme trusts one realm today. Support for several realms, or a journal that replicas share, would be added here.</remarks>
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

    /// <summary>Gets the options from which the runtime was built.</summary>
    public KeycloakBearerOptions Options => options;

    /// <summary>Gets the realm's keys.</summary>
    public RealmKeys Keys => keys;

    /// <summary>Gets the verifier of access tokens.</summary>
    public AccessTokenVerifier Verifier => verifier;

    /// <summary>Gets the introspector of tokens, or null if no credentials are set.</summary>
    public Introspector? Introspector => introspector;

    /// <summary>Gets the revocations. They are kept if the options change.</summary>
    public KeycloakRevocations Revocations => revocations;

    /// <inheritdoc />
    public void Dispose()
    {
        introspector?.Dispose();
        keys.Dispose();
    }
}
