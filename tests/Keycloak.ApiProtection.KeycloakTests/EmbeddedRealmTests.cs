using Keycloak.ApiProtection.KeycloakTests.Contract;
using Keycloak.ApiProtection.KeycloakTests.Realms;

namespace Keycloak.ApiProtection.KeycloakTests;

/// <summary>The contract on the embedded realm: it must behave like a real Keycloak.</summary>
public sealed class EmbeddedRealmTests(EmbeddedRealm realm) : RealmContract(realm), IClassFixture<EmbeddedRealm>;
