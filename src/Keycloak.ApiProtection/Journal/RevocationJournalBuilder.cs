using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Keycloak.ApiProtection;

/// <summary>Selects the journal of revocations. Returned by <c>AddRevocationJournal</c>.</summary>
/// <param name="services">The services of the application.</param>
/// <exception cref="ArgumentNullException"><paramref name="services"/> is null.</exception>
public sealed class RevocationJournalBuilder(IServiceCollection services)
{
    /// <summary>Gets the services of the application.</summary>
    public IServiceCollection Services { get; } = services ?? throw new ArgumentNullException(nameof(services));

    /// <summary>Uses a journal that is created with the application's services.</summary>
    /// <param name="create">A function that creates the journal. It is called once.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="create"/> is null.</exception>
    public RevocationJournalBuilder Use(Func<IServiceProvider, IRevocationJournal> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        Services.Replace(ServiceDescriptor.Singleton(create));
        return this;
    }
}
