using Keycloak.ApiProtection;
using Keycloak.ApiProtection.Journal;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extension methods to share revocations between the replicas of an API.</summary>
public static class RevocationJournalExtensions
{
    /// <summary>
    /// Shares the revocations of all Keycloak schemes through a journal: what one replica learns reaches all others, and it is still known
    /// after a restart. Select the journal on the returned builder, for example with <c>UsePostgreSql(dataSource)</c>.
    /// </summary>
    /// <param name="builder">The builder that <c>AddKeycloakBearer</c> returned.</param>
    /// <param name="configure">A delegate that configures the options, or <see langword="null"/> for the defaults.</param>
    /// <returns>A builder that selects the journal.</returns>
    /// <exception cref="OptionsValidationException">The options are wrong. Thrown when the application starts.</exception>
    /// <exception cref="InvalidOperationException">No journal was selected. Thrown when the application starts.</exception>
    /// <remarks>
    /// An API with one instance needs no journal. Applications that trust the same realm can share one journal: an entry names the realm.
    /// </remarks>
    public static RevocationJournalBuilder AddRevocationJournal(
        this AuthenticationBuilder builder, Action<RevocationJournalOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddOptions<RevocationJournalOptions>().ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<RevocationJournalOptions>, RevocationJournalOptionsValidator>());
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.AddMetrics();
        services.TryAddSingleton<JournalMetrics>();
        services.TryAddSingleton<JournalReports>();
        services.TryAddSingleton<IRevocationJournal>(_ => throw new InvalidOperationException(
            "AddRevocationJournal() was called, but no journal was selected. "
            + "Call UsePostgreSql(dataSource) of the package Keycloak.ApiProtection.PostgreSql on its result, or Use(...) with your own."));
        services.TryAddSingleton(provider => new SharedRevocations(
            provider.GetRequiredService<IRevocationJournal>(),
            provider.GetRequiredService<IOptions<RevocationJournalOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<JournalReports>(),
            provider.GetRequiredService<JournalMetrics>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RevocationJournalStartup>());
        return new RevocationJournalBuilder(services);
    }
}
