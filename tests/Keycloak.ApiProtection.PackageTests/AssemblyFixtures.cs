using Keycloak.ApiProtection.PackageTests;

[assembly: AssemblyFixture(typeof(QuickStart))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]
