using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Keys;

namespace Keycloak.ApiProtection.Testing;

/// <summary>Operations on the keys of a realm.</summary>
public sealed class KeycloakRealmKeys
{
    private readonly Realm _realm;

    internal KeycloakRealmKeys(Realm realm) => _realm = realm;

    /// <summary>Creates a new active key for every algorithm that the realm has keys for.</summary>
    /// <param name="keepOldKeys">
    /// True: the old keys become passive. They no longer sign tokens, but stay in the JWK set. False: the old keys are removed from the JWK
    /// set immediately, as if an administrator had disabled them.
    /// </param>
    public void Rotate(bool keepOldKeys = true)
    {
        _realm.Keys.Rotate(keepOldKeys);
        Administered(keepOldKeys ? "CREATE" : "UPDATE");
    }

    /// <summary>Creates a new active key for one algorithm. The old keys stay in the JWK set.</summary>
    /// <param name="algorithm">The JWA name, for example <c>RS256</c>.</param>
    /// <returns>The new key's <c>kid</c>.</returns>
    /// <exception cref="NotSupportedException">The embedded realm cannot sign with <paramref name="algorithm"/>.</exception>
    public string Rotate(string algorithm)
    {
        if (!RealmKeys.CanSign(algorithm))
        {
            throw new NotSupportedException($"The embedded realm cannot sign with '{algorithm}'.");
        }

        _realm.Keys.Rotate(keepOld: true, algorithm);
        return _realm.Keys.Active(algorithm).Id;
    }

    /// <summary>
    /// Removes one key from the JWK set. Tokens signed with it become inactive. If it was the active key, a new one is created
    /// when it is needed.
    /// </summary>
    /// <param name="keyId">The <c>kid</c>.</param>
    /// <returns>False if the realm has no such key.</returns>
    public bool Disable(string keyId)
    {
        var disabled = _realm.Keys.Disable(keyId);
        Administered("UPDATE");
        return disabled;
    }

    /// <summary>Removes from the JWK set the passive keys that <see cref="Rotate(bool)"/> kept.</summary>
    public void RemovePassive()
    {
        _realm.Keys.RemovePassive();
        Administered("DELETE");
    }

    /// <summary>The active key for an algorithm, for a test of this repository that signs bytes of its own.</summary>
    internal SigningKey Active(string algorithm) => _realm.Keys.Active(algorithm);

    private void Administered(string operation) => _realm.Events.Administered(
        operation,
        "COMPONENT",
        $"components/{Guid.NewGuid()}",
        new JsonObject { ["providerType"] = "org.keycloak.keys.KeyProvider" });
}
