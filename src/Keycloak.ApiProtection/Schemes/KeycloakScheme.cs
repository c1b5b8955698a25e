using Keycloak.ApiProtection.Introspection;
using Keycloak.ApiProtection.ProofOfPossession;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Revocation;
using Keycloak.ApiProtection.Tokens;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection.Schemes;

/// <summary>The runtime of one scheme: what is built from its options and lives as long as they do.</summary>
/// <remarks>A scheme trusts one realm today. Support for several realms, or a journal that replicas share, would be added here.</remarks>
internal sealed class KeycloakScheme(
    string name,
    KeycloakBearerOptions options,
    RealmKeys keys,
    AccessTokenVerifier verifier,
    Introspector? introspector,
    PossessionCheck possession,
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

    /// <summary>Gets the check of the proofs that a client of a bound token owes.</summary>
    public PossessionCheck Possession => possession;

    /// <summary>Gets the revocations. They are kept if the options change.</summary>
    public KeycloakRevocations Revocations => revocations;

    /// <summary>Returns the same rejection with the details of the token and of its proof.</summary>
    public TokenRejection Explain(TokenRejection rejection, ReadOnlySpan<char> token, HttpRequest request)
    {
        var now = options.TimeProvider!.GetUtcNow();
        return possession.Explain(TokenDiagnosis.Explain(rejection, token, verifier.Policy, now), request, now);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        introspector?.Dispose();
        keys.Dispose();
    }
}
